"""What is done within a batch, one small thing after the other: every number of a sample, then the step."""
