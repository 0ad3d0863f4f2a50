namespace Netcd.Client.Watch;

/// <summary>
/// How long to wait before the next stream. However one ended, without an error too: a server that ends each at once
/// is not asked without a rest. Upstream: backoffIfUnavailable of client/v3/watch.go.
/// </summary>
internal sealed class StreamPauses
{
    internal static readonly TimeSpan First = TimeSpan.FromMilliseconds(1);
    internal static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(100);

    private TimeSpan _last = First;

    /// <param name="lasted">How long there was a stream, or one was tried for.</param>
    public TimeSpan After(TimeSpan lasted)
    {
        if (lasted > Longest)
        {
            _last = First;
        }
        else
        {
            var next = _last * 1.25;
            _last = next < Longest ? next : Longest;
        }

        return _last;
    }
}
