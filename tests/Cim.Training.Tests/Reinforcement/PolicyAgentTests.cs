using Cim.Training.Engine;
using Cim.Training.Networks;
using Cim.Training.Ort;
using Cim.Training.Reinforcement;
using Xunit;

namespace Cim.Training.Tests.Reinforcement;

public sealed class PolicyAgentTests
{
    [Fact]
    public void Loss_is_the_clipped_objective_with_entropy_value_and_imitation()
    {
        const double Clip = 0.2, Bonus = 0.01;
        TrainableNetwork network = TrainableNetwork.FromOnnx(Architecture.Build([2], ["linear 4"]));
        float[] weights = network.Parameters.First(p => p.Role == ParameterRole.Weight).Values;
        new[] { 0.5f, -1, 1, 0.25f, -0.5f, 0.75f, 0.3f, -0.2f }.CopyTo(weights, 0);
        using var engine = new OrtGradientEngine(new GradientRequest(network, new ProximalPolicyLoss(Clip, Bonus), 3) { Parts = 1 });
        var batch = new PolicyBatch(3, 2, 3);
        batch.AddSampled([1, 2], 3, 1, Math.Log(0.2), 1.5, 0.7);   // ratio far above 1 + e with a positive advantage: clipped
        batch.AddSampled([-1, 1], 2, 0, Math.Log(0.5), -0.5, -0.4); // the third action does not exist
        batch.AddImitated([0.5f, 0.5f], 3, 2, 0.8);
        double loss = engine.Run(batch.Inputs);

        double expected = (Sampled([1, 2], 3, 1, 0.2, 1.5, 0.7) + Sampled([-1, 1], 2, 0, 0.5, -0.5, -0.4)
            - (0.8 * Math.Log(Policy([0.5, 0.5], 3).P[2]))) / 3;
        Assert.Equal(expected, loss, 5);

        double Sampled(double[] x, int available, int action, double old, double advantage, double total)
        {
            (double[] p, double value) = Policy(x, available);
            double ratio = p[action] / old, entropy = -p.Sum(q => q * Math.Log(q));
            return -Math.Min(ratio * advantage, Math.Clamp(ratio, 1 - Clip, 1 + Clip) * advantage) - (Bonus * entropy)
                + (0.5 * (value - total) * (value - total));
        }

        (double[] P, double Value) Policy(double[] x, int available)
        {
            double[] z = [.. Enumerable.Range(0, 4).Select(o => (weights[2 * o] * x[0]) + (weights[(2 * o) + 1] * x[1]))];
            double sum = z.Take(available).Sum(Math.Exp);
            return ([.. z.Take(available).Select(s => Math.Exp(s) / sum)], z[3]);
        }
    }

    [Fact]
    public void Policy_gradient_finds_the_action_that_pays_in_each_state_and_its_value()
    {
        using var agent = new PolicyAgent(new PolicyAgentOptions { Features = 2, Actions = 3, ActRows = 2, LearnRows = 32, Seed = 1 });
        PolicyBatch batch = agent.NewBatch();
        var random = new Random(3);
        float[][] states = [[1, 0], [0, 1]];
        for (int step = 0; step < 150; step++)
        {
            batch.Clear();
            for (int i = 0; i < 32; i++)
            {
                float[] state = states[i % 2], outputs = agent.Act(state, 1);
                double[] p = Softmax(outputs);
                double draw = random.NextDouble();
                int action = draw < p[0] ? 0 : draw < p[0] + p[1] ? 1 : 2;
                double reward = action == (i % 2 == 0 ? 2 : 0) ? 1 : 0;
                batch.AddSampled(state, 3, action, Math.Log(p[action]), reward - outputs[3], reward);
            }

            agent.Learn(batch);
        }

        float[] results = agent.Act([1, 0, 0, 1], 2);
        Assert.True(Softmax(results.AsSpan(0, 4).ToArray())[2] > 0.9);
        Assert.True(Softmax(results.AsSpan(4, 4).ToArray())[0] > 0.9);
        Assert.InRange(results[3], 0.8, 1.1);
    }

    [Fact]
    public void Agents_of_one_seed_learn_the_same_bits()
    {
        Assert.Equal(Trained(4), Trained(4));
        Assert.NotEqual(Trained(4), Trained(5));

        static float[] Trained(long seed)
        {
            using var agent = new PolicyAgent(
                new PolicyAgentOptions { Features = 3, Actions = 5, ActRows = 4, LearnRows = 8, Seed = seed });
            PolicyBatch batch = agent.NewBatch();
            for (int i = 0; i < 8; i++) batch.AddImitated([i, 1, -i], 5, i % 5, 1);
            for (int i = 0; i < 10; i++) agent.Learn(batch);
            return agent.Act([1, 2, 3], 1);
        }
    }

    private static double[] Softmax(float[] outputs)
    {
        double sum = outputs.Take(3).Sum(o => Math.Exp(o));
        return [.. outputs.Take(3).Select(o => Math.Exp(o) / sum)];
    }
}
