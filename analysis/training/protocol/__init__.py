"""What unseen articles will get, estimated: folds over the recipe, every choice inside the fold, intervals."""
