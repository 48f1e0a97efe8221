"""Files: networks and models as they are kept."""
