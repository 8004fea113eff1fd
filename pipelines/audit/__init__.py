"""Whether tables are what they are declared to be."""
