"""What every training here shares: batches, the loop, moving averages, checkpoints, TensorBoard."""
