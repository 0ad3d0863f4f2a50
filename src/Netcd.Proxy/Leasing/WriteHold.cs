namespace Netcd.Proxy.Leasing;

/// <summary>Keys whose readers wait for a write.</summary>
/// <param name="gate">The lock that guards the keys.</param>
/// <param name="held">Those of the written keys that are ours.</param>
internal sealed class WriteHold(Lock gate, List<LeasedKey> held) : IDisposable
{
    public void Dispose()
    {
        lock (gate)
        {
            held.ForEach(static owned => owned.EndWrite());
            held.Clear();
        }
    }
}
