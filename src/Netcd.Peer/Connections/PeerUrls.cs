namespace Netcd.Peer.Connections;

/// <summary>
/// The URLs of one peer. One of them is used until it fails, then the next in turn (rafthttp's urlPicker). Thread safe.
/// </summary>
internal sealed class PeerUrls
{
    private PeerUrl[] _urls;
    private int _picked;

    public PeerUrls(IReadOnlyList<string> urls) => _urls = Parse(urls);

    /// <summary>How many there are.</summary>
    public int Count => Volatile.Read(ref _urls).Length;

    /// <summary>The one in use; null when there is none that could be used.</summary>
    public PeerUrl? Pick()
    {
        var urls = Volatile.Read(ref _urls);
        return urls.Length == 0 ? null : urls[(int)((uint)Volatile.Read(ref _picked) % (uint)urls.Length)];
    }

    /// <summary>Goes on to the next one, unless another use of <paramref name="failed"/> did already.</summary>
    public void Failed(PeerUrl? failed)
    {
        var picked = Volatile.Read(ref _picked);
        if (ReferenceEquals(Pick(), failed))
        {
            Interlocked.CompareExchange(ref _picked, picked + 1, picked);
        }
    }

    public void Update(IReadOnlyList<string> urls)
    {
        Volatile.Write(ref _urls, Parse(urls));
        Volatile.Write(ref _picked, 0);
    }

    private static PeerUrl[] Parse(IReadOnlyList<string> urls) =>
        [.. urls.Select(PeerUrl.TryParse).OfType<PeerUrl>()];
}
