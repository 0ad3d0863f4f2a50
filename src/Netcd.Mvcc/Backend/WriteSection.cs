namespace Netcd.Mvcc;

/// <summary>
/// The right to change the backend, from <see cref="Backend.EnterWrite"/> until disposal; a buffer is never frozen
/// inside. May nest on one thread. Whoever applies log entries keeps one section around each entry (or a batch of
/// them), so that an entry's effects and its index are committed together.
/// </summary>
public readonly struct WriteSection : IDisposable
{
    private readonly Backend? _backend;

    internal WriteSection(Backend backend) => _backend = backend;

    public void Dispose() => _backend?.LeaveWrite();
}
