namespace Netcd.TestKit.Disk;

/// <summary>
/// The simulated machine lost its power at the call planned with <see cref="SimDisk.CutPowerAtChange"/>.
/// </summary>
public sealed class PowerCutException() : IOException("power cut");
