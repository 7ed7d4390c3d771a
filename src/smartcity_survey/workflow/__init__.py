"""How the steps run: by Snakemake, recorded, never stale."""
