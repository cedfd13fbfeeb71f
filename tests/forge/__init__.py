"""The REST APIs of GitHub and GitLab on loopback, as far as a run in CI asks them."""
