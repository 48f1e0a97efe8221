"""What everything stands on: registries, random numbers, checks of arguments, files written whole, words for people."""
