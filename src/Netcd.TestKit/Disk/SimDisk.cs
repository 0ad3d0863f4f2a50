using Netcd.Base;
using Netcd.Disk;

namespace Netcd.TestKit.Disk;

/// <summary>
/// A disk in memory with a page cache: reads see every write at once, a power cut leaves only what was synced and any
/// subset of the rest, torn at 512-byte sectors. Failures and the cut are planned by counting calls, so a test can try
/// every one. Safe for several threads.
/// </summary>
public sealed class SimDisk : IDisk
{
    private readonly SimDirectoryNode _root;
    private readonly Dictionary<SimCall, int> _calls = [];
    private readonly Dictionary<(SimCall Call, int Number), int> _faults = [];
    private int _cutAtChange = int.MaxValue;
    private bool _off;

    public SimDisk()
        : this(new SimDirectoryNode())
    {
    }

    private SimDisk(SimDirectoryNode root) => _root = root;

    /// <summary>
    /// Calls so far that change the disk or make it durable; each is a place where the power may fail.
    /// </summary>
    public int Changes { get; private set; }

    // Guards everything reachable from this disk.
    internal Lock Gate { get; } = new();

    /// <summary>How often a kind of call was made.</summary>
    public int Calls(SimCall call)
    {
        lock (Gate)
        {
            return _calls.GetValueOrDefault(call);
        }
    }

    /// <summary>
    /// Makes the <paramref name="number"/>-th call from now on (1 is the next) of this kind fail with an error number
    /// (28 no space, 5 input/output error). A failing write writes about its first half; a failing sync loses what it
    /// covered.
    /// </summary>
    public void FailCall(SimCall call, int number, int error)
    {
        lock (Gate)
        {
            _faults[(call, _calls.GetValueOrDefault(call) + number)] = error;
        }
    }

    /// <summary>
    /// Cuts the power when the given number of changes has been made; that and every later call throws.
    /// </summary>
    public void CutPowerAtChange(int change)
    {
        lock (Gate)
        {
            _cutAtChange = change;
        }
    }

    /// <summary>What a new machine finds after a power cut now, with a seeded subset of what was not synced.</summary>
    public SimDisk Crash(Prng prng) => AfterCut(CutChoice.Seeded(prng));

    /// <summary>What is left if nothing survives but what was synced.</summary>
    public SimDisk CrashKeepNothing() => AfterCut(CutChoice.Nothing);

    /// <summary>What is left after the process was killed: everything written, and no locks.</summary>
    public SimDisk Kill() => AfterCut(CutChoice.Everything);

    /// <inheritdoc/>
    public IDiskFile Open(string path, DiskOpenMode mode)
    {
        lock (Gate)
        {
            Enter(SimCall.Open, path);
            var (directory, name) = Parent(path);
            directory.Names.TryGetValue(name, out var node);
            if (node is null && mode is not (DiskOpenMode.Read or DiskOpenMode.ReadWrite))
            {
                CountChange();
                node = new SimFileNode();
                directory.Change(names => names[name] = node);
            }

            if (node is not SimFileNode file)
            {
                throw Missing("open", path);
            }

            if (mode is DiskOpenMode.Create or DiskOpenMode.CreateUncached && file.Content.Length > 0)
            {
                CountChange();
                file.SetLength(0);
            }

            return new SimDiskFile(this, path, file, mode != DiskOpenMode.Read);
        }
    }

    /// <inheritdoc/>
    public bool FileExists(string path)
    {
        lock (Gate)
        {
            return Find(path) is SimFileNode;
        }
    }

    /// <inheritdoc/>
    public bool DirectoryExists(string path)
    {
        lock (Gate)
        {
            return Find(path) is SimDirectoryNode;
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> List(string directory)
    {
        lock (Gate)
        {
            ThrowIfOff();
            return [.. Directory(directory).Names.Keys];
        }
    }

    /// <inheritdoc/>
    public void CreateDirectory(string path)
    {
        lock (Gate)
        {
            Enter(SimCall.CreateDirectory, path);
            var present = _root;
            foreach (var name in Names(path))
            {
                if (!present.Names.TryGetValue(name, out var next))
                {
                    CountChange();
                    next = new SimDirectoryNode();
                    var made = next;
                    present.Change(names => names[name] = made);
                }

                present = next as SimDirectoryNode ?? throw new IOException($"mkdir {path}: not a directory", 20);
            }
        }
    }

    /// <inheritdoc/>
    public void Rename(string from, string to)
    {
        lock (Gate)
        {
            Enter(SimCall.Rename, from);
            CountChange();
            var (source, oldName) = Parent(from);
            var (target, newName) = Parent(to);
            if (!source.Names.TryGetValue(oldName, out var node))
            {
                throw Missing("rename", from);
            }

            if (ReferenceEquals(source, target))
            {
                source.Change(names =>
                {
                    names.Remove(oldName);
                    names[newName] = node;
                });
                return;
            }

            target.Change(names => names[newName] = node);
            source.Change(names => names.Remove(oldName));
        }
    }

    /// <inheritdoc/>
    public void DeleteFile(string path)
    {
        lock (Gate)
        {
            Enter(SimCall.Delete, path);
            CountChange();
            var (directory, name) = Parent(path);
            if (directory.Names.GetValueOrDefault(name) is not SimFileNode)
            {
                throw Missing("unlink", path);
            }

            directory.Change(names => names.Remove(name));
        }
    }

    /// <inheritdoc/>
    public void DeleteDirectory(string path)
    {
        lock (Gate)
        {
            Enter(SimCall.Delete, path);
            CountChange();
            var (directory, name) = Parent(path);
            if (directory.Names.GetValueOrDefault(name) is not SimDirectoryNode)
            {
                throw Missing("rmdir", path);
            }

            directory.Change(names => names.Remove(name));
        }
    }

    /// <inheritdoc/>
    public void SyncDirectory(string path)
    {
        lock (Gate)
        {
            Enter(SimCall.SyncDirectory, path);
            CountChange();
            Directory(path).Sync();
        }
    }

    /// <inheritdoc/>
    public IMappedFile Map(IDiskFile file, long reserveBytes) => new SimMappedFile((SimDiskFile)file, reserveBytes);

    /// <summary>Counts a call and throws if it is planned to fail; the caller holds the gate.</summary>
    internal void Enter(SimCall call, string path)
    {
        ThrowIfOff();
        var number = _calls.GetValueOrDefault(call) + 1;
        _calls[call] = number;
        if (_faults.Remove((call, number), out var error))
        {
            throw new IOException($"{call} {path}: injected error {error}", error);
        }
    }

    /// <summary>Counts a change and cuts the power before it if so planned; the caller holds the gate.</summary>
    internal void CountChange()
    {
        if (Changes >= _cutAtChange)
        {
            _off = true;
        }

        ThrowIfOff();
        Changes++;
    }

    private static FileNotFoundException Missing(string call, string path) =>
        new($"{call} {path}: no such file or directory", path) { HResult = 2 };

    private static string[] Names(string path)
    {
        Invariant.Check(path.StartsWith('/'), $"{path} is not absolute");
        return path.Split('/', StringSplitOptions.RemoveEmptyEntries);
    }

    private SimDisk AfterCut(CutChoice choice)
    {
        lock (Gate)
        {
            return new SimDisk((SimDirectoryNode)_root.AfterCut(choice, []));
        }
    }

    private void ThrowIfOff()
    {
        if (_off)
        {
            throw new PowerCutException();
        }
    }

    private SimNode? Find(string path)
    {
        SimNode? node = _root;
        foreach (var name in Names(path))
        {
            node = (node as SimDirectoryNode)?.Names.GetValueOrDefault(name);
        }

        return node;
    }

    private SimDirectoryNode Directory(string path) =>
        Find(path) as SimDirectoryNode ?? throw Missing("open", path);

    private (SimDirectoryNode Directory, string Name) Parent(string path)
    {
        var cut = path.LastIndexOf('/');
        return (Directory(cut == 0 ? "/" : path[..cut]), path[(cut + 1)..]);
    }
}
