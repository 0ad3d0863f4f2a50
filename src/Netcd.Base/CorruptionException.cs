namespace Netcd.Base;

/// <summary>Data on disk or from a peer is not what its format demands. Never guessed around.</summary>
/// <param name="place">File with byte offset or page, e.g. <c>member/snap/db: page 17</c>.</param>
/// <param name="problem">What was found and what was expected.</param>
/// <param name="innerException">The failure below, if one led here.</param>
public sealed class CorruptionException(string place, string problem, Exception? innerException = null)
    : Exception($"{place}: {problem}", innerException)
{
    public string Place { get; } = place;

    public string Problem { get; } = problem;
}
