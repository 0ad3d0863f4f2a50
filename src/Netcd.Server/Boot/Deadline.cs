namespace Netcd.Server.Boot;

/// <summary>A token that ends with another one or after a time, by the injected clock.</summary>
internal sealed class Deadline : IDisposable
{
    private readonly CancellationTokenSource _timer;
    private readonly CancellationTokenSource _linked;

    internal Deadline(TimeProvider time, TimeSpan limit, CancellationToken cancellation)
    {
        _timer = new CancellationTokenSource(limit, time);
        _linked = CancellationTokenSource.CreateLinkedTokenSource(cancellation, _timer.Token);
    }

    internal CancellationToken Token => _linked.Token;

    public void Dispose()
    {
        _linked.Dispose();
        _timer.Dispose();
    }
}
