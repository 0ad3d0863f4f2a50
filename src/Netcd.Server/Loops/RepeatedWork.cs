namespace Netcd.Server.Loops;

/// <summary>
/// Work done again and again, each time an interval after the last time ended. Runs on the thread pool; the work must
/// not throw, what it throws is given to <c>fail</c>.
/// </summary>
internal sealed class RepeatedWork : IDisposable
{
    private readonly Func<Task> _work;
    private readonly TimeSpan _interval;
    private readonly Action<Exception> _fail;
    private readonly ITimer _timer;
    private volatile bool _isDisposed;

    internal RepeatedWork(TimeProvider time, TimeSpan interval, Func<Task> work, Action<Exception> fail)
    {
        _work = work;
        _interval = interval;
        _fail = fail;

        // The timer may fire before the field is set, so it is armed afterwards.
        _timer = time.CreateTimer(
            static state => _ = ((RepeatedWork)state!).RunAsync(), // The state is passed here.
            this,
            Timeout.InfiniteTimeSpan,
            Timeout.InfiniteTimeSpan);
        _timer.Change(interval, Timeout.InfiniteTimeSpan);
    }

    public void Dispose()
    {
        _isDisposed = true;
        _timer.Dispose();
    }

    private async Task RunAsync()
    {
        if (_isDisposed)
        {
            return;
        }

        try
        {
            await _work().ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            _fail(failure);
            return;
        }

        if (!_isDisposed)
        {
            _timer.Change(_interval, Timeout.InfiniteTimeSpan);
        }
    }
}
