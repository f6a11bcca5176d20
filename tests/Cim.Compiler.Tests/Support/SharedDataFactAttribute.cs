using System.Runtime.CompilerServices;
using Xunit;

namespace Cim.Compiler.Tests.Support;

/// <summary>A test of the networks in <c>../shared/data</c>, which are not part of the repository; without them it is skipped.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class SharedDataFactAttribute : FactAttribute
{
    public SharedDataFactAttribute([CallerFilePath] string? file = null, [CallerLineNumber] int line = -1)
        : base(file, line)
    {
        if (SharedData.Directory is null) Skip = SharedData.Missing;
    }
}

/// <summary>The same with data rows.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class SharedDataTheoryAttribute : TheoryAttribute
{
    public SharedDataTheoryAttribute([CallerFilePath] string? file = null, [CallerLineNumber] int line = -1)
        : base(file, line)
    {
        if (SharedData.Directory is null) Skip = SharedData.Missing;
    }
}
