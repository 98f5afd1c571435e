"""Judges of speech, shared by gate and report: ASR, word error rate, speaker similarity, MOS."""
