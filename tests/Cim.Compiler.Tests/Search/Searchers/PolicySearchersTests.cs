using Cim.Compiler.Search.Searchers;
using Cim.Compiler.Search.Space;
using Xunit;

namespace Cim.Compiler.Tests.Search.Searchers;

/// <summary>Searchers by their names.</summary>
public sealed class PolicySearchersTests
{
    [Fact]
    public void Every_name_makes_the_searcher_of_that_name() =>
        Assert.All(PolicySearchers.Names, n => Assert.Equal(n, PolicySearchers.Create(n).Name));

    [Fact]
    public void Every_searcher_has_a_name()
    {
        Type[] all = [
            .. typeof(IPolicySearcher).Assembly.GetTypes().Where(t => t.IsAssignableTo(typeof(IPolicySearcher)) && !t.IsInterface)];
        Assert.Equal(all.Select(t => t.Name).Order(), PolicySearchers.Names.Select(n => PolicySearchers.Create(n).GetType().Name).Order());
    }
}
