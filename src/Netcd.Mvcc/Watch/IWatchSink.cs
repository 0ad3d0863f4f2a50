using Netcd.Base.Buffers;

namespace Netcd.Mvcc;

/// <summary>
/// The outgoing side of one watch stream. Called by the hub's notifier only, one call at a time; never blocks.
/// </summary>
public interface IWatchSink
{
    /// <summary>
    /// Sends one WatchResponse made of <paramref name="head"/> (copied) followed by <paramref name="body"/>, whose
    /// reference the call takes over, also when it returns false. False: nothing was taken because the stream is full;
    /// call <see cref="WatchStream.OnWritable"/> when there is room.
    /// </summary>
    bool TryWrite(ReadOnlySpan<byte> head, SharedBytes? body);
}
