"""PLS-SEM: estimates, assessment, prediction, constructs of constructs, moderation."""
