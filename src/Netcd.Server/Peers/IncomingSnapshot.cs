namespace Netcd.Server.Peers;

/// <summary>
/// The database of a snapshot being received: a temporary file below the member's snapshot directory. Used by one
/// request; disposing without <see cref="Complete"/> removes it. All methods block for the disk.
/// </summary>
public abstract class IncomingSnapshot : IDisposable
{
    /// <summary>Appends bytes. <see cref="IOException"/> if the disk refuses.</summary>
    public abstract void Write(ReadOnlySpan<byte> bytes);

    /// <summary>
    /// Syncs the file and gives it its name (index in 16 hex digits and <c>.snap.db</c>): a message that stands for it
    /// may now go to raft.
    /// </summary>
    public abstract void Complete();

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Removes what was not completed.</summary>
    protected abstract void Dispose(bool disposing);
}
