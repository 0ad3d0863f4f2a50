namespace Netcd.CommandLine;

/// <summary>
/// Which of the three streams the program was started with. Of one that was closed (<c>&lt;&amp;-</c> in a shell) the
/// runtime takes the number for a file of its own, /dev/urandom for example, before any of our code runs: a put would
/// read that for ever, and output would go into it. Go's runtime opens /dev/null in their place.
/// </summary>
internal static class StandardStreams
{
    private const string Flags = "flags:";

    // A stream that was inherited cannot have this flag: what has it is closed when a program starts.
    private const int CloseOnExec = 0x80000;

    public static bool IsOpen(int descriptor)
    {
        try
        {
            foreach (var line in File.ReadLines($"/proc/self/fdinfo/{descriptor}"))
            {
                if (line.StartsWith(Flags, StringComparison.Ordinal))
                {
                    return (Convert.ToInt32(line[Flags.Length..].Trim(), 8) & CloseOnExec) == 0;
                }
            }

            return true;
        }
        catch (FileNotFoundException)
        {
            return false;
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            // No /proc to ask.
            return true;
        }
    }
}
