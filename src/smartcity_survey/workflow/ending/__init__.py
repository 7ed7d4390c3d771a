"""How a run ends: what it needs before it begins, who asks for its end, and what ends with it."""
