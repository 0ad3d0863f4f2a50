namespace Netcd.Conformance.Infrastructure;

/// <summary>Watches how much memory of its own a process has, from now on until it is stopped.</summary>
internal sealed class MemorySampler
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    private readonly int _processId;
    private readonly Task _sampling;
    private volatile bool _isStopping;
    private long _peak;

    public MemorySampler(int processId)
    {
        _processId = processId;
        Before = ProcessMemory.AnonymousBytes(processId);
        _peak = Before;
        _sampling = Task.Run(SampleAsync);
    }

    /// <summary>Bytes at the beginning.</summary>
    public long Before { get; }

    /// <summary>Ends the watch; returns by how many bytes the process had grown when it was largest.</summary>
    public async Task<long> StopAsync()
    {
        _isStopping = true;
        await _sampling;
        return _peak - Before;
    }

    private async Task SampleAsync()
    {
        while (!_isStopping)
        {
            _peak = Math.Max(_peak, ProcessMemory.AnonymousBytes(_processId));
            await Task.Delay(Pause);
        }
    }
}
