"""No tables of its own: Django sends `post_migrate` for apps with models alone."""
