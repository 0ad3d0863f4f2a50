using Netcd.Base;

namespace Netcd.Mvcc;

/// <summary>
/// A complete backend file as of one commit, for sending to a member or a client. Holds pages until it is disposed.
/// One thread at a time.
/// </summary>
public sealed class BackendSnapshot : IDisposable
{
    private readonly BackendView _view;
    private bool _disposed;

    internal BackendSnapshot(BackendView view)
    {
        _view = view;
        LengthBytes = view.Pages.SizeBytes;
        ConsistentIndex = MetaBucket.ReadConsistentIndex(view.Pages);
    }

    /// <summary>Bytes of the stream, without any hash behind it.</summary>
    public long LengthBytes { get; }

    /// <summary>Index of the last entry whose effects the snapshot has.</summary>
    public LogIndex ConsistentIndex { get; }

    /// <summary>
    /// Reads the stream from an offset; returns how many bytes, all of the span unless the stream ends.
    /// </summary>
    public int Read(long offset, Span<byte> destination)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return _view.Pages.Transaction.CopySnapshot(offset, destination);
    }

    public void Dispose()
    {
        if (!_disposed)
        {
            _disposed = true;
            _view.Release();
        }
    }
}
