"""Any audio file as blocks of samples, in a process of its own."""
