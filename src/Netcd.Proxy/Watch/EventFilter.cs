using Netcd.Proto.EtcdServer;
using Netcd.Proto.Mvcc;
using static Netcd.Proto.EtcdServer.WatchCreateRequest.Types;

namespace Netcd.Proxy.Watch;

/// <summary>Which events a watcher leaves out, and whether it wants what was there before.</summary>
internal readonly record struct EventFilter(bool WithoutPuts, bool WithoutDeletes, bool WithPrevious)
{
    public static EventFilter Of(WatchCreateRequest request) => new(
        request.Filters.Contains(FilterType.Noput), request.Filters.Contains(FilterType.Nodelete), request.PrevKv);

    public bool Takes(Event change) =>
        change.Type == Event.Types.EventType.Put ? !WithoutPuts : !WithoutDeletes;
}
