"""What a node, a run, a start and an idle process cost; `python -m bench` prints the table."""
