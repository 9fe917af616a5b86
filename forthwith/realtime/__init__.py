"""From the committed log to the browsers: live is resume that has caught up."""
