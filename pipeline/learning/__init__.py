"""What has to do with models: training them with corrections, judging again, the filters without an archive."""
