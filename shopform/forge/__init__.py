"""What a CI run is, and the APIs of GitHub and GitLab: comments, merged requests, artifacts."""
