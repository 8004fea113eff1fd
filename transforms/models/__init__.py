"""One door for each job's model.  Nothing here knows of Beam or of a stage."""
