"""The numeric core: arrays in, frozen records out; numpy and scipy only."""
