using Netcd.Base;

namespace Netcd.TestKit.Disk;

/// <summary>
/// Decides which unsynced changes a power cut leaves: none, all (a killed process), or a seeded subset.
/// </summary>
internal sealed class CutChoice
{
    private readonly Prng? _prng;
    private readonly bool _all;

    private CutChoice(Prng? prng, bool all)
    {
        _prng = prng;
        _all = all;
    }

    internal static CutChoice Nothing { get; } = new(null, all: false);

    internal static CutChoice Everything { get; } = new(null, all: true);

    internal static CutChoice Seeded(Prng prng) => new(prng, all: false);

    internal bool Keep() => _prng?.Percent(50) ?? _all;

    /// <summary>How many of the first <paramref name="count"/> ordered changes survive.</summary>
    internal int Prefix(int count) => _prng?.Next(0, count) ?? (_all ? count : 0);
}
