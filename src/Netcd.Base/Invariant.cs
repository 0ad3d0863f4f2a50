using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Netcd.Base;

/// <summary>
/// Checks of what must hold if this program is right. They stay on in production: a member that has broken its own
/// rules stops, because going on would spread the damage. Damaged data is <see cref="CorruptionException"/> instead.
/// </summary>
public static class Invariant
{
    /// <summary>Throws <see cref="InvariantException"/> when <paramref name="condition"/> is false.</summary>
    /// <param name="condition">What must hold.</param>
    /// <param name="message">What is wrong when it does not; a handler, so it is built only on failure.</param>
    public static void Check(
        [DoesNotReturnIf(false)] bool condition,
        [InterpolatedStringHandlerArgument(nameof(condition))] ref InvariantMessage message)
    {
        if (!condition)
        {
            Fail(message.ToString());
        }
    }

    /// <summary>Throws <see cref="InvariantException"/> naming the condition's own text when it is false.</summary>
    public static void Check(
        [DoesNotReturnIf(false)] bool condition,
        [CallerArgumentExpression(nameof(condition))] string text = "")
    {
        if (!condition)
        {
            Fail(text);
        }
    }

    [DoesNotReturn]
    [StackTraceHidden]
    public static void Fail(string message) => throw new InvariantException(message);
}
