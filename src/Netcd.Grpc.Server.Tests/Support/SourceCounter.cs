namespace Netcd.Grpc.Server.Tests.Support;

/// <summary>Counts what sources were made, read and released.</summary>
public sealed class SourceCounter
{
    private int _made;
    private int _released;
    private long _filledBytes;

    public int Made => Volatile.Read(ref _made);

    public int Released => Volatile.Read(ref _released);

    public long FilledBytes => Interlocked.Read(ref _filledBytes);

    public void OnMade() => Interlocked.Increment(ref _made);

    public void OnReleased() => Interlocked.Increment(ref _released);

    public void OnFilled(int count) => Interlocked.Add(ref _filledBytes, count);
}
