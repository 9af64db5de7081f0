"""How often and how gently: the pace of a host, its robots.txt, when to ask again."""
