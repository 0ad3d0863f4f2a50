using System.Diagnostics;
using System.Text;
using Netcd.Conformance.Infrastructure;

namespace Netcd.Conformance.Concurrency;

/// <summary>A real <c>etcdctl lock</c> or <c>elect</c> that runs until it is ended. Disposing kills it.</summary>
internal sealed class RecipeProcess : IDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _output = new();

    public RecipeProcess(string endpoint, params string[] arguments)
    {
        var start = new ProcessStartInfo(Programs.GoEtcdctl, [$"--endpoints={endpoint}", .. Etcdctl.Patience, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Add(line.Data);
        _process.ErrorDataReceived += (_, line) => Add(line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>What it said so far: the key it holds, once it holds it.</summary>
    public string Output
    {
        get
        {
            lock (_output)
            {
                return _output.ToString();
            }
        }
    }

    /// <summary>Waits until it says this.</summary>
    public async Task WaitForAsync(string text, TimeSpan limit)
    {
        var clock = Stopwatch.StartNew();
        while (!Output.Contains(text, StringComparison.Ordinal))
        {
            Assert.True(clock.Elapsed < limit, $"'{text}' was not said in {limit}; but: {Output}");
            await Task.Delay(10);
        }
    }

    /// <summary>As Ctrl-C: it gives back what it holds and ends.</summary>
    public async Task InterruptAsync()
    {
        await Command.RunAsync("kill", ["-INT", _process.Id.ToString()]);
        await _process.WaitForExitAsync();
    }

    /// <summary>kill -9: what it holds stays until its lease ends.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.Dispose();
    }

    private void Add(string? line)
    {
        if (line is not null)
        {
            lock (_output)
            {
                _output.Append(line).Append('\n');
            }
        }
    }
}
