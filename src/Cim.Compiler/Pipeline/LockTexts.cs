using Cim.Compiler.Messages;
using Cim.Compiler.Options;

namespace Cim.Compiler.Pipeline;

/// <summary>What several stages say of lock files.</summary>
internal static class LockTexts
{
    /// <summary>A lock file with precisions alone.</summary>
    public static MessageText NoResult(CompileOptions options) =>
        $"The lock file {options.LockPath} pins precisions but not their result, so other processors may round weights differently. "
            + $"Compile once where it can be written, without {OptionTable.Locked.Named()}, and commit it.";
}
