"""The state on a server of Terraform's `http` protocol, such as GitLab and Gitea.

    NAME             the state, the same JSON as the local file
    NAME-journal     the journal, written whole for each batch of records
    NAME-runs, NAME-plans    records of runs and reviewed plans, written whole for each of them

The first two are locked under one id for a run, and each write names it. The lock has no lease:
that of a run that was killed stays until `shopform force-unlock`.
"""
