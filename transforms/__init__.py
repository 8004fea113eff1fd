"""Middle floor: how a recording becomes rows.  Audio functions, models, thin Beam stages."""
