"""The language net: made from a published one, taught on unlabelled and labelled press, written for serving."""
