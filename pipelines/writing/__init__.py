"""How scripts are written: what is a letter to its reader, where words end, where a blank stands."""
