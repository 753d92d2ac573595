"""PyTorch: the layer of Eisenberger et al., CVPR 2022, as their Algorithms 1 and 2 describe it.

Forward: rows and columns of log P are normalised in turns, a log-sum-exp each. Backward: one dense linear system for
the derivatives of both potentials, the last column's left out since the system is singular along a constant.
"""

import torch

CHECK_EVERY = 10


class Peer:
    version = torch.__version__

    def __init__(self, threads):
        torch.set_num_threads(threads)

    def solvers(self, work, batch, dtype):
        return ["dense"] if work == "backward" else ["layer"]

    def trial_iterations(self, name):
        return 20

    def first_threshold(self, tolerance, problem):
        return tolerance  # the layer has no rule of its own: it looks at the L1 residual every tenth iteration

    def solver(self, name, problem):
        cost = torch.from_numpy(problem.cost)
        log_a = torch.from_numpy(problem.a).log().unsqueeze(-1)
        log_b = torch.from_numpy(problem.b).log().unsqueeze(-2)
        a = log_a.exp()

        @torch.inference_mode()
        def run(threshold, iterations):
            log_p = -cost / problem.epsilon
            done = 0
            while done < iterations:
                log_p = log_p - torch.logsumexp(log_p, dim=-1, keepdim=True) + log_a
                log_p = log_p - torch.logsumexp(log_p, dim=-2, keepdim=True) + log_b
                done += 1
                if threshold > 0 and done % CHECK_EVERY == 0:
                    rows = log_p.exp().sum(-1, keepdim=True)
                    if (rows - a).abs().sum((-1, -2)).max() <= threshold:
                        break
            return log_p.exp(), done

        return run

    def backward(self, name, problem, tolerance):
        epsilon = problem.epsilon
        cost, f, g = (torch.from_numpy(v) for v in (problem.cost, problem.f, problem.g))
        gradient = torch.from_numpy(problem.gradient.astype(problem.dtype))
        plan = ((f.unsqueeze(-1) + g.unsqueeze(-2) - cost) / epsilon).exp()

        @torch.inference_mode()
        def run():
            weighted = plan * gradient
            rows, columns = plan.sum(-1), plan.sum(-2)
            upper = torch.cat((torch.diag_embed(rows), plan), dim=-1)
            lower = torch.cat((plan.transpose(-1, -2), torch.diag_embed(columns)), dim=-1)
            system = torch.cat((upper, lower), dim=-2)[..., :-1, :-1]
            right = torch.cat((weighted.sum(-1), weighted.sum(-2)[..., :-1]), dim=-1).unsqueeze(-1)
            solution = torch.linalg.solve(system, right)
            m = plan.shape[-2]
            x = solution[..., :m, :]
            y = torch.cat((solution[..., m:, :], torch.zeros_like(solution[..., :1, :])), dim=-2)
            return -(weighted - plan * (x + y.transpose(-1, -2))) / epsilon, -1

        return run

    def to_numpy(self, tensor):
        return tensor.numpy()
