"""How a run is started, held, forked, killed and ended, whatever the study."""
