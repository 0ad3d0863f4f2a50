using Netcd.Disk.Unsafe;

namespace Netcd.Disk;

/// <summary>The environment as the native libraries of this process see it.</summary>
public static class LibraryEnvironment
{
    /// <summary>
    /// Sets a variable for them only: neither <see cref="Environment"/> nor programs started later see it. To be called
    /// while the process has one thread that does anything, since libraries read the environment without a lock.
    /// </summary>
    public static void Set(string name, string value)
    {
        // The framework makes its own copy, for itself and for programs it starts, when it is first asked for all.
        _ = Environment.GetEnvironmentVariables();
        if (NativeMethods.SetVariable(name, value, overwrite: 1) != 0)
        {
            throw NativeError.Last("setenv", name);
        }
    }
}
