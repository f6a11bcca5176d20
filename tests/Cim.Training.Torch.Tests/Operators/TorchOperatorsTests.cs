using Cim.Training.Differentiation;
using Cim.Training.Torch.Operators;
using Xunit;

namespace Cim.Training.Torch.Tests.Operators;

/// <summary>The table of tensor operations. The operations themselves are compared by the tests of the gradient rules, which this project
/// runs with autograd in place of differences.</summary>
public sealed class TorchOperatorsTests
{
    [Fact]
    public void Every_operator_with_a_gradient_rule_has_a_tensor_operation()
    {
        IEnumerable<string> ruled =
            from rule in typeof(IGradientRule).Assembly.GetTypes()
            where rule.IsAssignableTo(typeof(IGradientRule)) && !rule.IsInterface
            from operatorType in ((IGradientRule)Activator.CreateInstance(rule)!).OperatorTypes
            select operatorType;
        Assert.Empty(ruled.Except(TorchOperators.Supported));
    }
}
