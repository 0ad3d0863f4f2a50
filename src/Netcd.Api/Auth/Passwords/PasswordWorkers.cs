namespace Netcd.Api.Auth.Passwords;

/// <summary>
/// Threads that hash passwords, and nothing else does: a hash takes tens of milliseconds of processor, on purpose. Few
/// enough that other requests go on; there are none while there is nothing to do.
/// </summary>
internal sealed class PasswordWorkers
{
    private static readonly int ThreadsMax = Math.Max(1, Environment.ProcessorCount / 2);

    private readonly Lock _lock = new();

    // Guarded by _lock.
    private readonly Queue<Action> _waiting = new();
    private int _threads;

    /// <summary>Queues work, which must not throw; false if too much waits already.</summary>
    public bool TryRun(Action work)
    {
        lock (_lock)
        {
            if (_waiting.Count >= Limits.PasswordsPending)
            {
                return false;
            }

            _waiting.Enqueue(work);
            if (_threads == ThreadsMax)
            {
                return true;
            }

            _threads++;
        }

        new Thread(Work) { IsBackground = true, Name = "passwords" }.Start();
        return true;
    }

    private void Work()
    {
        while (true)
        {
            Action? work;
            lock (_lock)
            {
                if (!_waiting.TryDequeue(out work))
                {
                    _threads--;
                    return;
                }
            }

            work();
        }
    }
}
