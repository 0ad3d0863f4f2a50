using System.Text;
using Netcd.Base.GoSyntax;
using Netcd.CommandLine.Flags;

namespace Netcd.CommandLine.Help;

/// <summary>The usage of a command in cobra's default layout, with pflag's table of flags.</summary>
public static class CobraPage
{
    private const int NameColumnsMin = 11;

    public static string Of(Command command)
    {
        var page = new StringBuilder("Usage:");
        var hasCommands = command.Children.Any(child => child.IsAvailable);
        if (command.Run is not null)
        {
            page.Append("\n  ").Append(command.UsageLine);
        }

        if (hasCommands)
        {
            page.Append("\n  ").Append(command.Path).Append(" [command]\n\nAvailable Commands:");
            var columns = Math.Max(NameColumnsMin, command.Children.Max(child => child.Name.Length));
            foreach (var child in command.Children)
            {
                if (child.IsAvailable || child.Name == BuiltInCommands.HelpName)
                {
                    page.Append("\n  ").Append(child.Name.PadRight(columns)).Append(' ').Append(child.Summary);
                }
            }
        }

        AppendFlags(page, "Flags", command.LocalFlags());
        AppendFlags(page, "Global Flags", command.InheritedFlags());
        if (hasCommands)
        {
            page.Append("\n\nUse \"").Append(command.Path)
                .Append(" [command] --help\" for more information about a command.");
        }

        return page.Append('\n').ToString();
    }

    private static void AppendFlags(StringBuilder page, string title, FlagSet flags)
    {
        if (!flags.Shown.Any())
        {
            return;
        }

        page.Append("\n\n").Append(title).Append(':');
        var lines = flags.Shown.Select(Describe).ToList();
        var columns = lines.Max(line => line.Name.Length);
        foreach (var (name, usage) in lines)
        {
            page.Append('\n').Append($"{name.PadRight(columns)}   {usage}".TrimEnd());
        }
    }

    private static (string Name, string Usage) Describe(Flag flag)
    {
        var name = flag.Shorthand == '\0' ? $"      --{flag.Name}" : $"  -{flag.Shorthand}, --{flag.Name}";
        var placeholder = Placeholder(flag, out var usage);
        name = placeholder.Length == 0 ? name : $"{name} {placeholder}";
        if (!IsZero(flag))
        {
            var value = flag.Value.TypeName == "string" ? GoText.Quote(flag.DefaultText) : flag.DefaultText;
            usage = $"{usage} (default {value})";
        }

        return (name, usage);
    }

    // A back-quoted word in the usage names the value; else its type does.
    private static string Placeholder(Flag flag, out string usage)
    {
        var parts = flag.Usage.Split('`', 3);
        if (parts.Length == 3)
        {
            usage = string.Concat(parts);
            return parts[1];
        }

        usage = flag.Usage;
        return flag.Value.TypeName switch
        {
            "bool" => "",
            "int64" => "int",
            "uint64" => "uint",
            "stringSlice" => "strings",
            var other => other,
        };
    }

    private static bool IsZero(Flag flag) => flag.Value.TypeName == "string"
        ? flag.DefaultText.Length == 0
        : flag.DefaultText is "" or "0" or "false" or "0s" or "[]";
}
