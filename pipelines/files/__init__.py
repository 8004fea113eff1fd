"""How the files of people and of a corpus are read and written: whole or not at all, told where they are damaged."""
