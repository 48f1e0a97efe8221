"""What can be explained: networks, estimators and what wraps them, models of tables, networks of the article."""
