namespace Netcd.Server.Loops;

/// <summary>
/// Work that may wait for the disk or for nothing in particular: preparing log segments, saving snapshots, purging,
/// timeouts. One thread, first come first served.
/// </summary>
internal sealed class Housekeeper : IDisposable
{
    private readonly Inbox<Action> _inbox = new();
    private List<Action> _work = [];

    internal (bool IsIdle, long Posts) Activity => _inbox.Activity;

    public void Dispose() => _inbox.Dispose();

    internal void Post(Action work) => _inbox.Post(work);

    internal void Run()
    {
        while (_inbox.TakeAll(ref _work))
        {
            Work();
        }
    }

    internal void Close() => _inbox.Close();

    private void Work()
    {
        foreach (var work in _work)
        {
            work();
        }

        _work.Clear();
    }
}
