namespace Netcd.Client;

/// <summary>What <see cref="WatchClient.WatchAsync"/> watches.</summary>
/// <example>
/// <code>
/// // Everything that happened since a list was read.
/// var list = await client.Kv.GetAsync("users/", new GetOptions { IsPrefix = true });
/// var options = new WatchOptions { IsPrefix = true, StartRevision = list.Header.Revision + 1 };
/// </code>
/// </example>
public sealed record WatchOptions
{
    /// <summary>All keys that begin with the key.</summary>
    public bool IsPrefix { get; init; }

    /// <summary>The key and all that follow it.</summary>
    public bool IsFromKey { get; init; }

    /// <summary>First key that is not watched any more; empty for one key.</summary>
    public EtcdBytes RangeEnd { get; init; }

    /// <summary>The first revision to tell; 0 for what happens from now on.</summary>
    public long StartRevision { get; init; }

    /// <summary>Tell with each change what was there before.</summary>
    public bool PreviousKv { get; init; }

    /// <summary>Tell now and then how far the watch is, also when nothing happens.</summary>
    public bool ProgressNotify { get; init; }

    /// <summary>Tell with a first batch that the watch stands.</summary>
    public bool CreatedNotify { get; init; }

    /// <summary>Leave writes out.</summary>
    public bool FilterPut { get; init; }

    /// <summary>Leave deletions out.</summary>
    public bool FilterDelete { get; init; }

    /// <summary>Let the server cut long batches; a revision's events still come together.</summary>
    public bool IsFragmented { get; init; }

    internal WatchCreateRequest ToRequest(EtcdBytes key)
    {
        var range = Ranges.Of(key, IsPrefix, IsFromKey, RangeEnd);
        var request = new WatchCreateRequest
        {
            Key = range.Key.Bytes,
            RangeEnd = range.End.Bytes,
            StartRevision = StartRevision,
            PrevKv = PreviousKv,
            ProgressNotify = ProgressNotify,
            Fragment = IsFragmented,
        };
        if (FilterPut)
        {
            request.Filters.Add(WatchCreateRequest.Types.FilterType.Noput);
        }

        if (FilterDelete)
        {
            request.Filters.Add(WatchCreateRequest.Types.FilterType.Nodelete);
        }

        return request;
    }
}
