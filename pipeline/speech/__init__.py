"""Who speaks where: voice activity, hold music, cross-talk, roles, speakers of mono calls."""
